package request

import (
	"net/url"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"

	"github.com/google/go-cmp/cmp"
)

// valuesOf sends fields as a form does.
func valuesOf(fields []Field) url.Values {
	values := make(url.Values)
	for _, f := range fields {
		values.Add(f.Name, f.Value)
	}
	return values
}

func TestScope_Targets(t *testing.T) {
	for name, test := range map[string]struct {
		form   string
		want   []string
		silent []string
	}{
		"what is named":          {"target=web-1/api:api_0&target=批处理/*&target=web-1/api:*", []string{"web-1/api:api_0", "批处理/*", "web-1/api:*"}, nil},
		"what does not answer":   {"target=web-2/*&target=web-1/api:*&target=gone/*", []string{"web-2/*", "web-1/api:*", "gone/*"}, nil},
		"a name with a slash":    {"target=批处理/工人:a b/c", []string{"批处理/工人:a b/c"}, nil},
		"a process on all nodes": {"scope=process&name=api:api_1", []string{"web-1/api:api_1", "批处理/api:api_1"}, []string{"web-2"}},
		"a group":                {"scope=group&name=api", []string{"web-1/api:*", "批处理/api:*"}, []string{"web-2"}},
		"a group in one place":   {"scope=group&name=api&environment=staging", []string{"批处理/api:*"}, nil},
		"a process in one place": {"scope=process&name=api:api_1&environment=production", []string{"web-1/api:api_1"}, []string{"web-2"}},
		"an environment":         {"scope=environment&name=production", []string{"web-1/*"}, []string{"web-2"}},
		"what a filter takes":    {"scope=matching&q=API&group=api", []string{"web-1/api:api_0", "web-1/api:api_1", "批处理/api:api_1"}, []string{"web-2"}},
		"what is in a state":     {"scope=matching&state=FATAL", []string{"web-1/api:api_0", "批处理/api:api_1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			first, err := ParseScope(form)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseScope(valuesOf(first.fields()))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []Scope{first, again} {
				a, err := s.Resolve(fleettest.Scopes())
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, target := range a.Targets {
					got = append(got, fleet.TargetName(target))
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("- want, + got:\n%s", diff)
				}
				if diff := cmp.Diff(test.silent, a.SkippedNodes); diff != "" {
					t.Errorf("silent: - want, + got:\n%s", diff)
				}
			}
		})
	}
}

func TestScope_EmptySaysWhy(t *testing.T) {
	for form, want := range map[string]cesi.Kind{
		"":                               cesi.Invalid,
		"target=web-1":                   cesi.Invalid,
		"target=/api:*":                  cesi.Invalid,
		"target=web-1/":                  cesi.Invalid,
		"target=web-1/:*":                cesi.Invalid,
		"target=web-1/api:":              cesi.Invalid,
		"scope=everything":               cesi.Invalid,
		"scope=process&name=":            cesi.Invalid,
		"scope=matching&state=GONE":      cesi.Invalid,
		"scope=matching&attention=maybe": cesi.Invalid,
		"scope=matching&q=nope":          cesi.NotFound,
		"scope=group&name=nope":          cesi.NotFound,
		"scope=environment&name=":        cesi.NotFound,
		"scope=group&name=工人&environment=production": cesi.NotFound,
		"scope=matching&node=web-2":                  cesi.Unreachable,
	} {
		t.Run(form, func(t *testing.T) {
			values, err := url.ParseQuery(form)
			if err != nil {
				t.Fatal(err)
			}
			s, err := ParseScope(values)
			if err == nil {
				_, err = s.Resolve(fleettest.Scopes())
			}
			if err == nil || cesi.KindOf(err) != want {
				t.Errorf("%q: %v, want %s", form, err, want)
			}
		})
	}
}

func TestConfirmedTargets_OnlyThoseAsked(t *testing.T) {
	target := func(name string) fleet.Target {
		return fleet.TargetProcess("n", cesi.ProcessID{Group: "g", Name: name})
	}
	asked := []fleet.Target{target("a"), target("b"), {Node: "n", Group: "g"}}
	now := []fleet.Target{target("b"), target("c"), {Node: "n", Group: "g"}, {Node: "n"}}
	want := []fleet.Target{target("b"), {Node: "n", Group: "g"}}
	if diff := cmp.Diff(want, fleet.FilterConfirmed(now, fleet.EncodeConfirmed(asked))); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := fleet.FilterConfirmed(now, "nonsense"); got != nil {
		t.Errorf("a seal that is none lets %v through", got)
	}
}
