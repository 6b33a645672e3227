package config

import "strings"

// Themes lists the values of [cesi] theme besides the default: the themes of Bootswatch
// 5.3.
func Themes() []string {
	return strings.Fields("brite cerulean cosmo cyborg darkly flatly journal litera lumen lux " +
		"materia minty morph pulse quartz sandstone simplex sketchy slate solar spacelab " +
		"superhero united vapor yeti zephyr")
}
