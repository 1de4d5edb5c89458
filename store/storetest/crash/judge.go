package crash

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// patience is how long a judge may take for one directory: a damaged file can hang whoever reads it.
const patience = 20 * time.Second

// Judge asks a process of its own what it finds in a directory. It is started again when a directory ends it.
type Judge struct {
	start func() *exec.Cmd
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
}

// Judgement is what a judge says of one directory.
type Judgement struct {
	IDs  []string `json:"ids"`  // what is there, in its order
	Fail string   `json:"fail"` // not "": why it must not be like that
}

// NewJudge takes what makes the command of a process that runs Judging. It ends with the test.
func NewJudge(t testing.TB, start func() *exec.Cmd) *Judge {
	j := &Judge{start: start}
	t.Cleanup(j.stop)
	return j
}

// Judging is what the process of a judge does until its standard input ends: look says what it finds in a directory.
func Judging(look func(dir string) (ids []string, err error)) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var v Judgement
		if ids, err := look(in.Text()); err != nil {
			v.Fail = err.Error()
		} else {
			v.IDs = ids
		}
		b, _ := json.Marshal(v)
		fmt.Printf("%s\n", b)
	}
}

// Of is what the judge says of dir.
func (j *Judge) Of(t testing.TB, dir string) (v Judgement) {
	t.Helper()
	if j.cmd == nil {
		if err := j.begin(); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintln(j.in, dir)
	process := j.cmd.Process
	stuck := time.AfterFunc(patience, func() { process.Kill() })
	defer stuck.Stop()
	line, err := j.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &v)
	}
	if err != nil {
		j.stop()
		v.Fail = "opening it ended the process"
	}
	return v
}

func (j *Judge) begin() error {
	j.cmd = j.start()
	var err1, err2 error
	var out io.Reader
	j.in, err1 = j.cmd.StdinPipe()
	out, err2 = j.cmd.StdoutPipe()
	j.out = bufio.NewReader(out)
	return errors.Join(err1, err2, j.cmd.Start())
}

func (j *Judge) stop() {
	if j.cmd != nil {
		j.in.Close()
		j.cmd.Wait()
		j.cmd = nil
	}
}

// InMemory is a directory where syncing costs nothing, if there is one: an image is what was on a disk already.
func InMemory(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "frontdesk-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
