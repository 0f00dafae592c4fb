package nearest

import "testing"

func TestName(t *testing.T) {
	fields := []string{"ID", "id", "Title", "title", "CreatedAt", "created_at", "TenantID", "tenant_id"}
	for _, c := range []struct{ name, want string }{
		{"titel", "title"},
		{"Titel", "Title"},
		{"created", "created_at"},
		{"CreatedOn", "CreatedAt"},
		{"tenantid", "tenant_id"},
		{"tenant", "tenant_id"},
		{"", "id"},
		{"größe", "id"},
	} {
		got := Name(c.name, fields)
		if c.name == "" || c.name == "größe" {
			if got == "" {
				t.Errorf("Name(%q) is empty: there are candidates", c.name)
			}
			continue
		}
		if got != c.want {
			t.Errorf("Name(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	if got := Name("x", nil); got != "" {
		t.Errorf("no candidates: got %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"größe", "grosse", 3}, {"same", "same", 0},
	} {
		if got := distance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance([]rune(c.b), []rune(c.a)); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add("titel", "title", "body")
	f.Fuzz(func(t *testing.T, name, a, b string) {
		if got := Name(name, []string{a, b}); got != a && got != b {
			t.Errorf("Name(%q, [%q %q]) = %q", name, a, b, got)
		}
	})
}
