package logtail

import (
	"cesi/internal/cesi"
)

// opening is the state before the stream is open.
func opening() cesi.Text { return cesi.T("Connecting …") }

// brokeOff is the seam where a stream was opened again.
func brokeOff() cesi.Text {
	return cesi.T("The stream from the node ended and was opened again. Lines may be missing, or appear twice.")
}

// rotated is the seam where a log was rotated while it was followed.
func rotated() cesi.Text {
	return cesi.T("The log was rotated or cleared here. What was written at that moment may be missing.")
}

// heldBack is the state of a log that is polled.
func heldBack() cesi.Text {
	return cesi.T(`Read every 2 seconds, since the node's stream gives nothing: an nginx in front of it needs proxy_http_version 1.1; and proxy_set_header Connection "";`)
}

// beginning is the seam before live text whose offset is not known.
func beginning() cesi.Text {
	return cesi.T("The live log begins here. The lines above may appear again.")
}

// said is the text of an error.
func said(err error) cesi.Text { return cesi.TextOf(err) }

// waitingFor says why there is no stream.
func waitingFor(err error) cesi.Text {
	if cesi.IsNoLog(err) {
		return cesi.T("%s Waiting for it to appear.", said(err))
	}
	if cesi.IsUnreadableLog(err) {
		return said(err)
	}
	return cesi.T("%s Trying again.", said(err))
}

// GapSentence says that bytes can't be read.
func GapSentence(n int64) cesi.Text {
	return cesi.T("%s here can't be read back: supervisord hands out only UTF-8.", Bytes(n))
}

// Bytes writes a number of bytes: "812 bytes", "3.4 MB".
func Bytes(n int64) cesi.Text {
	switch {
	case n < 1000:
		return cesi.T("%d bytes", n)
	case n < 1000*1000:
		return cesi.T("%.1f KB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return cesi.T("%.1f MB", float64(n)/1e6)
	default:
		return cesi.T("%.1f GB", float64(n)/1e9)
	}
}
