package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A check runs in a process of its own: a damaged file can panic, hang, overflow the stack or fill the memory of
// whoever walks it, and that alone is an answer (merge-rules 9.3).

// The environment of a checking process: which directory, which of its files, and whether it inherits the lock.
const (
	checkEnv      = "FRONTDESK_STORE_CHECK"
	checkScopeEnv = "FRONTDESK_STORE_CHECK_SCOPE"
	checkLockEnv  = "FRONTDESK_STORE_CHECK_LOCKED"
)

// scope is which files a check looks at.
type scope string

const (
	everything  scope = "everything"
	journalOnly scope = "journal"
)

// What a checking process says at first, and its status when it found the lock taken, or grew beyond reason.
const (
	checkHello   = "checking" // said before anything can go wrong
	exitLocked   = 3
	exitTooLarge = 4
)

// errNotChecked says that there is no verdict.
var errNotChecked = errors.New("the check could not be made")

// CheckChildMain belongs first in main, and in TestMain of tests that check. It returns at once, unless this process
// was started by Check: then it checks, prints the result and exits.
func CheckChildMain() {
	dir := os.Getenv(checkEnv)
	if dir == "" {
		return
	}
	limitChild(filesSize(dir))
	go func() {
		io.Copy(io.Discard, os.Stdin) // ends when the parent does
		os.Exit(1)
	}()
	var held *os.File
	if os.Getenv(checkLockEnv) != "" {
		held = os.NewFile(3, filepath.Join(dir, journalFile))
	}
	fmt.Println(checkHello)
	out := json.NewEncoder(os.Stdout)
	r, err := checkJournal(dir, held)
	if err != nil {
		os.Exit(exitLocked)
	}
	if out.Encode(r) == nil && !r.Refuse && os.Getenv(checkScopeEnv) != string(journalOnly) {
		out.Encode(checkViews(dir))
	}
	os.Exit(0)
}

// limitChild sees to it that a damaged file ends a checking process soon, and before the machine suffers. A page that
// refers to itself overflows the stack; one that claims to be a billion pages long fills the memory, where a sound file
// of any size needs little.
func limitChild(size int64) {
	debug.SetMaxStack(64 << 20)
	memory := uint64(160<<20 + size/64) // bbolt notes every page that it has seen
	go func() {
		used := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for range time.Tick(20 * time.Millisecond) {
			if metrics.Read(used); used[0].Value.Uint64() > memory {
				os.Exit(exitTooLarge)
			}
		}
	}()
}

// check runs the child. With a lock, the child inherits it and the holder keeps it.
func check(ctx context.Context, dir string, lock *os.File, what scope) (Report, error) {
	exe, err := os.Executable()
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", errNotChecked, err)
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", errNotChecked, err)
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), checkEnv+"="+dir, checkScopeEnv+"="+string(what))
	if lock != nil {
		cmd.ExtraFiles = []*os.File{lock}
		cmd.Env = append(cmd.Env, checkLockEnv+"=1")
	}
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	hold, err := cmd.StdinPipe()
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", errNotChecked, err)
	}
	defer hold.Close()
	if err := cmd.Start(); err != nil {
		return Report{}, fmt.Errorf("%w: %w", errNotChecked, cause(err))
	}
	ended := cmd.Wait()
	if cmd.ProcessState.ExitCode() == exitLocked {
		return Report{}, locked(dir)
	}
	r, err := verdict(&out, what)
	switch {
	case err == nil:
		return r, nil
	case ctx.Err() != nil:
		return r, fmt.Errorf("%w in time: %w", errNotChecked, ctx.Err())
	case !errors.Is(err, errBrokeOff) || cmd.ProcessState.ExitCode() < 0: // not a check at all, or ended from outside
		return Report{}, fmt.Errorf("%w: %w (%v)", errNotChecked, err, ended)
	case r.Problems != nil:
		r.views("the check broke off on them")
	default:
		r.fail("the check itself broke off on journal.db")
	}
	return r, nil
}

var (
	errBrokeOff = errors.New("the checking process broke off")
	errNoChild  = errors.New("this program does not check when it is asked to")
)

// verdict reads what the child told. It tells of one file at a time, so a file that ended it is known by its silence:
// on errBrokeOff the report is of the journal alone, and without a list of problems if not even that one was told.
func verdict(out io.Reader, what scope) (r Report, err error) {
	lines := bufio.NewReader(out)
	if hello, _ := lines.ReadString('\n'); hello != checkHello+"\n" {
		return r, errNoChild
	}
	in := json.NewDecoder(lines)
	if in.Decode(&r) != nil {
		return Report{}, errBrokeOff
	}
	if r.Refuse || what == journalOnly {
		return r, nil
	}
	var views Report
	if in.Decode(&views) != nil {
		return r, errBrokeOff
	}
	r.add(views)
	return r, nil
}
