//go:build !race

package inbox

// slower is by how much fewer cases are tried than usual.
const slower = 1
