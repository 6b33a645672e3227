package config

import "strings"

// themes lists the themes of Bootswatch 5.3.
func themes() []string {
	return strings.Fields("brite cerulean cosmo cyborg darkly flatly journal litera lumen lux " +
		"materia minty morph pulse quartz sandstone simplex sketchy slate solar spacelab " +
		"superhero united vapor yeti zephyr")
}
