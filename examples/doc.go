// Package examples holds programs to start from, and the test that compiles
// and runs the code of the project's README.
package examples
