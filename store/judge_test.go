package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// sector is the smallest piece that a disk writes as a whole.
const sector = 512

// A judge opens stores in a process of its own, since a bad one may end it. It is started again when that happens.
type judge struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// judgement is what a judge says of one store.
type judgement struct {
	IDs  []string `json:"ids"`
	Fail string   `json:"fail"`
}

func (j *judge) start() error {
	j.cmd = exec.Command(os.Args[0])
	j.cmd.Env = append(os.Environ(), childEnv+"=judge")
	var err1, err2 error
	var out io.Reader
	j.in, err1 = j.cmd.StdinPipe()
	out, err2 = j.cmd.StdoutPipe()
	j.out = bufio.NewReader(out)
	return errors.Join(err1, err2, j.cmd.Start())
}

func (j *judge) stop() {
	if j.cmd != nil {
		j.in.Close()
		j.cmd.Wait()
		j.cmd = nil
	}
}

func (j *judge) of(t testing.TB, dir string) (v judgement) {
	t.Helper()
	if j.cmd == nil {
		if err := j.start(); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintln(j.in, dir)
	process := j.cmd.Process
	stuck := time.AfterFunc(20*time.Second, func() { process.Kill() }) // a damaged file can hang whoever reads it
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

// childJudges reads directories and says what it found in each: it checks the store, opens it, reads it, and writes.
func childJudges(string) {
	limitChild(0)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var v judgement
		if ids, err := judgeOne(in.Text()); err != nil {
			v.Fail = err.Error()
		} else {
			v.IDs = ids
		}
		b, _ := json.Marshal(v)
		fmt.Printf("%s\n", b)
	}
}

func judgeOne(dir string) (ids []string, err error) {
	if exists(filepath.Join(dir, journalFile)) {
		r, err := CheckInThisProcess(dir)
		if err != nil {
			return nil, err
		}
		if !r.OK {
			return nil, fmt.Errorf("the check found %q", r.Problems)
		}
	}
	s, err := Open(dir, Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var t judging
	ids = idsOf(&t, s)
	appendIDs(&t, s, "afterwards")
	return ids, t.err
}

// judging lets the helpers of tests be used outside of one.
type judging struct {
	testing.TB
	err error
}

func (j *judging) Helper()           {}
func (j *judging) Fatal(args ...any) { j.err = errors.New(fmt.Sprint(args...)) }

// childHolds opens the store, says so, and holds it until its standard input ends.
func childHolds(dir string) {
	s, err := Open(dir, Options{})
	if err != nil {
		childFails(err)
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	if err := s.Close(); err != nil {
		childFails(err)
	}
}

// held starts a process that holds the store of dir, and returns it and what ends it.
func held(t testing.TB, dir string) (cmd *exec.Cmd, end func()) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"=hold", dirEnv+"="+dir)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	ended := false
	end = func() {
		if !ended {
			ended = true
			in.Close()
			cmd.Wait()
		}
	}
	t.Cleanup(end)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("the holder said %q, %v", line, err)
	}
	return cmd, end
}
