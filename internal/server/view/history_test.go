package view

import (
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/history"
	"cesi/internal/i18n"
	"cesi/web"

	"github.com/google/go-cmp/cmp"
)

// sampleDay is a day of marks, each for so many slots.
func sampleDay(runs ...any) history.Day {
	var day history.Day
	at := 0
	for i := 0; i < len(runs); i += 2 {
		for range runs[i+1].(int) {
			day[at] = runs[i].(cesi.Mark)
			at++
		}
	}
	return day
}

func TestDayBar_PathForEachColour(t *testing.T) {
	tests := []struct {
		name string
		day  history.Day
		want []dayPath
	}{
		{"calm", sampleDay(cesi.MarkRunning, 144), []dayPath{{"running", "M0 14V6h144V14z"}}},
		{"nothing known", history.Day{}, nil},
		{"different marks of one colour", sampleDay(cesi.MarkStopped, 100, cesi.MarkExited, 44), []dayPath{{"idle", "M0 14V11h144V14z"}}},
		{"trouble is last and seen", sampleDay(cesi.MarkNoData, 10, cesi.MarkRunning, 30, cesi.MarkFatal, 1, cesi.MarkRunning, 103),
			[]dayPath{{"running", "M10 14V6h30V14zM41 14V6h103V14z"}, {"bad", "M39 14V0h2V14z"}}},
		{"trouble at the beginning", sampleDay(cesi.MarkFailed, 1, cesi.MarkStarting, 143),
			[]dayPath{{"moving", "M1 14V8h143V14z"}, {"warning", "M0 14V3h2V14z"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, newDayBar(test.day).Paths); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDayBar_Label(t *testing.T) {
	bundle, err := i18n.New(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		day              history.Day
		english, chinese string
	}{
		{sampleDay(cesi.MarkRunning, 144), "RUNNING", "RUNNING"},
		{history.Day{}, "not known", "未知"},
		{sampleDay(cesi.MarkRunning, 121, cesi.MarkFatal, 5, cesi.MarkRunning, 18),
			"FATAL 50 min (until 3 h ago), RUNNING 23 h 10 min", "FATAL 50 分（至 3 小时前），RUNNING 23 小时 10 分"},
		{sampleDay(cesi.MarkNoData, 138, cesi.MarkFailed, 6),
			"EXITED unexpectedly 1 h, not known 23 h", "EXITED（意外退出） 1 小时，未知 23 小时"},
	}
	for _, test := range tests {
		t.Run(test.english, func(t *testing.T) {
			bar := newDayBar(test.day)
			if got := bundle.Choose("en").Localize(bar.Words); got != test.english {
				t.Errorf("in English: %q, want %q", got, test.english)
			}
			if got := bundle.Choose("zh-CN").Localize(bar.Words); got != test.chinese {
				t.Errorf("in Chinese: %q, want %q", got, test.chinese)
			}
			if got, want := bundle.Choose("zh-CN").Localize(bar.Label()), "最近 24 小时："+test.chinese; got != want {
				t.Errorf("the label: %q, want %q", got, want)
			}
		})
	}
}

func TestDayBar_LabelLength(t *testing.T) {
	var day history.Day
	for i := range day {
		day[i] = cesi.Mark(i % int(cesi.MarkFatal+1))
	}
	bar := newDayBar(day)
	if got := bar.Label().String(); len(got) > 400 {
		t.Errorf("%d characters: %s", len(got), got)
	}
	if len(bar.Paths) != 5 {
		t.Errorf("%d paths for five colours", len(bar.Paths))
	}
}
