package logtail

import (
	"cesi/internal/cesi"
	"cesi/internal/i18n"
)

// opening is the state before the stream is open.
func opening() i18n.Phrase { return i18n.Of("Connecting …") }

// brokeOff is the seam where a stream was opened again.
func brokeOff() i18n.Phrase {
	return i18n.Of("The stream from the node broke off and was opened again. What was written in between may be missing, or lines come twice.")
}

// rotated is the seam where a log was rotated while it was followed.
func rotated() i18n.Phrase {
	return i18n.Of("The log was rotated or cleared here. What was written at that moment may be missing.")
}

// heldBack is the state of a log that is polled.
func heldBack() i18n.Phrase {
	return i18n.Of(`Read every 2 seconds, since the node's stream gives nothing: an nginx in front of it needs proxy_http_version 1.1; and proxy_set_header Connection "";`)
}

// beginning is the seam before live text whose offset is not known.
func beginning() i18n.Phrase {
	return i18n.Of("The live log begins here. The lines above may come again.")
}

// said is the text of an error.
func said(err error) i18n.Phrase { return i18n.Heard(cesi.Sentence(err)) }

// waitingFor says why there is no stream.
func waitingFor(err error) i18n.Phrase {
	if cesi.IsNoLog(err) {
		return i18n.Of("%s Waiting for it to appear.", said(err))
	}
	if cesi.IsUnreadableLog(err) {
		return said(err)
	}
	return i18n.Of("%s Trying again.", said(err))
}

// GapSentence says that bytes can't be read.
func GapSentence(n int64) i18n.Phrase {
	return i18n.Of("%s here can't be read back: supervisord hands out only UTF-8.", Bytes(n))
}

// Bytes writes a number of bytes: "812 bytes", "3.4 MB".
func Bytes(n int64) i18n.Phrase {
	switch {
	case n < 1000:
		return i18n.Of("%d bytes", n)
	case n < 1000*1000:
		return i18n.Of("%.1f KB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return i18n.Of("%.1f MB", float64(n)/1e6)
	default:
		return i18n.Of("%.1f GB", float64(n)/1e9)
	}
}
