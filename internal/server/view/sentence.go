package view

import (
	"cesi/internal/cesi"
	"cesi/internal/words"
)

// Sentence says what may be told to people about an error.
func Sentence(err error) words.Phrase { return words.Heard(cesi.Sentence(err)) }
