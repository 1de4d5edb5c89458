package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"frontdesk/store/storetest/crash"
)

func newJudge(t testing.TB) *crash.Judge {
	return crash.NewJudge(t, func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"=judge")
		return cmd
	})
}

// childJudges reads directories and says what it found in each: it checks the store, opens it, reads it, and writes.
func childJudges(string) {
	limitChild(0)
	crash.Judging(judgeOne)
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
