package view

import (
	"cesi/internal/cesi"
	"cesi/internal/i18n"
)

// Sentence says what may be told to people about an error.
func Sentence(err error) i18n.Phrase { return i18n.Heard(cesi.Sentence(err)) }
