package ansi

import (
	"strconv"
	"strings"
)

// style is the result of the SGR sequences so far. Colours are 1 to 16: the terminal's
// eight and their bright ones. 0 is the default.
type style struct {
	fg, bg                                             int
	bold, faint, italic, underline, reverse, struckOut bool
}

// class returns the CSS classes that draw the style.
func (s style) class() string {
	if s == (style{}) {
		return ""
	}
	var classes []string
	add := func(on bool, class string) {
		if on {
			classes = append(classes, class)
		}
	}
	add(s.fg > 0, "fg-"+strconv.Itoa(s.fg-1))
	add(s.bg > 0, "bg-"+strconv.Itoa(s.bg-1))
	add(s.bold, "sgr-bold")
	add(s.faint, "sgr-faint")
	add(s.italic, "sgr-italic")
	add(s.underline, "sgr-underline")
	add(s.reverse, "sgr-reverse")
	add(s.struckOut, "sgr-struck")
	return strings.Join(classes, " ")
}

// apply returns the style after an SGR sequence with the given parameters.
func (s style) apply(parameters string) style {
	codes := strings.FieldsFunc(parameters, func(r rune) bool { return r == ';' || r == ':' })
	if len(codes) == 0 {
		return style{}
	}
	for i := 0; i < len(codes); i++ {
		code, err := strconv.Atoi(codes[i])
		if err != nil {
			return s
		}
		if code == 38 || code == 48 {
			colour, used := extendedColour(codes[i+1:])
			i += used
			if code == 38 {
				s.fg = colour
			} else {
				s.bg = colour
			}
			continue
		}
		s = s.set(code)
	}
	return s
}

func (s style) set(code int) style {
	switch {
	case code == 0:
		return style{}
	case code >= 30 && code <= 37:
		s.fg = code - 29
	case code >= 90 && code <= 97:
		s.fg = code - 81
	case code == 39:
		s.fg = 0
	case code >= 40 && code <= 47:
		s.bg = code - 39
	case code >= 100 && code <= 107:
		s.bg = code - 91
	case code == 49:
		s.bg = 0
	default:
		s.setWeight(code)
	}
	return s
}

func (s *style) setWeight(code int) {
	switch code {
	case 1:
		s.bold = true
	case 2:
		s.faint = true
	case 3:
		s.italic = true
	case 4:
		s.underline = true
	case 7:
		s.reverse = true
	case 9:
		s.struckOut = true
	case 22:
		s.bold, s.faint = false, false
	case 23:
		s.italic = false
	case 24:
		s.underline = false
	case 27:
		s.reverse = false
	case 29:
		s.struckOut = false
	}
}

// extendedColour reads what follows 38 or 48 ("5;n" or "2;r;g;b"), returns the
// nearest of the sixteen colours, which are the ones that are legible in light
// and dark, and how many parameters it took.
func extendedColour(codes []string) (colour, used int) {
	var n [4]int
	for i := range min(len(codes), len(n)) {
		n[i], _ = strconv.Atoi(codes[i]) // no number counts as 0
	}
	switch {
	case len(codes) >= 2 && n[0] == 5:
		return indexedColour(n[1]), 2
	case len(codes) >= 4 && n[0] == 2:
		return nearestColour(n[1], n[2], n[3]), 4
	default:
		return 0, len(codes)
	}
}

// indexedColour is a colour of xterm's 256: 16 named ones, a cube of 6×6×6, 24
// greys.
func indexedColour(n int) int {
	switch {
	case n < 0 || n > 255:
		return 0
	case n < 16:
		return n + 1
	case n < 232:
		n -= 16
		return nearestColour(n/36*51, n/6%6*51, n%6*51)
	default:
		grey := (n-232)*10 + 8
		return nearestColour(grey, grey, grey)
	}
}

// nearestColour has a bit for each of red, green and blue, like the terminal's
// own colours, and is a bright one where the colour is strong.
func nearestColour(r, g, b int) int {
	high, low := max(r, g, b), min(r, g, b)
	if high-low < 32 { // grey
		switch {
		case high < 64:
			return 1
		case high < 150:
			return 9
		case high < 220:
			return 8
		default:
			return 16
		}
	}
	colour := 1
	for bit, part := range []int{r, g, b} {
		if part-low > (high-low)/2 {
			colour += 1 << bit
		}
	}
	if high > 200 {
		colour += 8
	}
	return colour
}
