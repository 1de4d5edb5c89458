// Package crash is for tests of what survives when a program or the power ends in the middle of a write.
//
// A Tracer runs any program and sees each of its calls that changes a file below one directory; it can end the program
// at a call, or make the call fail. From a recording of such calls a Disk, for one file, and a Volume, for the names and
// files of a directory, tell what a disk with a cache may hold when the power fails at any moment. A Judge opens what is
// left in a process of its own, since a damaged file may end whoever reads it.
package crash
