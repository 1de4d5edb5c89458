//go:build race

package inbox

// slower is by how much fewer cases are tried: the race detector makes each ten times as dear.
const slower = 10
