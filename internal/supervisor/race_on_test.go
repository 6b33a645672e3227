//go:build race

package supervisor

// raceFactor is how much longer a computation may take under the race detector.
const raceFactor = 10
