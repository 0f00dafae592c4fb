# Short names for what is in tests/run.sh and tests/engines.sh; nothing is
# decided here.

# The databases that the tests are run on beside SQLite, which needs no server.
ENGINES ?= pg15 pg18
# More arguments for `make bench`, as in: make bench ARGS="-n 100"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help test soak bench lint golden docs

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

test: ## gofmt, go vet and all tests with the race detector, on every database
	tests/engines.sh run $(ENGINES) -- tests/run.sh test

soak: ## the same with the long tests; takes an hour
	tests/engines.sh run $(ENGINES) -- tests/run.sh soak

bench: ## benchmarks as ratios to plain GORM; ARGS="..." are passed on
	go run -C benchmarks . $(ARGS)

lint: ## golangci-lint in every module
	tests/run.sh lint

golden: ## rewrite the golden SQL files; read the diff before you commit it
	ALCHEMY_UPDATE_GOLDEN=1 go test -C tests -count=1 -run Golden ./...

docs: ## run the Examples and the programs in README.md and docs/
	tests/run.sh docs
