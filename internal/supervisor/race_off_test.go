//go:build !race

package supervisor

const raceFactor = 1
