package pages

import (
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/view"
	"cesi/web"
)

// TestWaiting_TextsAreTranslated checks the texts of a command that waits for a slow
// stop, and of one that was broken off when CeSI ended.
func TestWaiting_TextsAreTranslated(t *testing.T) {
	bundle, err := i18n.New(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	ref := fleet.Ref{Node: "n", ProcessID: cesi.ProcessID{Group: "g", Name: "p"}}
	stopping := cesi.T("stopping since %s; it is started once it has ended", "12:04:05")
	toast := view.NewFlash(fleet.Report{Action: cesi.ActionRestart, Waiting: &fleet.Outcome{Ref: ref, Message: stopping}}, 0)
	wanted := fleet.Process{Process: cesi.Process{ProcessID: ref.ProcessID, State: cesi.NotStarted}}
	wanted.Wanted = &fleet.Wanted{Wanted: cesi.Wanted{By: "lin", Reason: cesi.T("CeSI ended in the middle of the restart")}}
	entry := func(message cesi.Text) cesi.Text {
		return newActivityRow(time.Now(), cesi.Activity{Action: cesi.ActionRestart, Result: cesi.Pending, Message: message}).Message
	}
	for _, test := range []struct {
		phrase           cesi.Text
		english, chinese string
	}{
		{toast.Sentence, "The restart is still under way; it goes on whether or not you wait.", "重启仍在进行中；无论您是否等待，它都会继续。"},
		{toast.Note, "g:p on n: " + stopping.String(), "n 上的 g:p：从 12:04:05 起正在停止；停止后即会启动"},
		{entry(stopping), stopping.String(), "从 12:04:05 起正在停止；停止后即会启动"},
		{entry(cesi.T("CeSI ended in the middle of the %s", cesi.ActionUpdate.Text())), "CeSI ended in the middle of the update", "CeSI 在更新途中结束了"},
		{view.ReasonOf(wanted), "lin stopped it to start it again: CeSI ended in the middle of the restart",
			"lin 为重新启动而停止了它：CeSI 在重启途中结束了"},
	} {
		t.Run(test.english, func(t *testing.T) {
			if got := bundle.Choose("en").Localize(test.phrase); got != test.english {
				t.Errorf("%q, want %q", got, test.english)
			}
			if got := bundle.Choose("zh-CN").Localize(test.phrase); got != test.chinese {
				t.Errorf("%q, want %q", got, test.chinese)
			}
		})
	}
}
