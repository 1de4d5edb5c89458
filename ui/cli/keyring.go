package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"
)

// The system's keyring, where there is one: Secret Service, Keychain, Credential Manager. On a server reached by ssh there
// is usually none, so it is never required, and it is given two seconds (network.md 4.2).

// keyringService is the name that secrets have there; the user is the key and the number, as access_token@2000….
const keyringService = "frontdesk"

// keyringWithin is how long the keyring may take: it may ask somebody for a password whom nobody told of it.
const keyringWithin = 2 * time.Second

var errKeyringSlow = errors.New("the system keyring does not answer within 2 s")

// keyringSilent remembers that it did not answer, so that it costs its two seconds once.
var keyringSilent atomic.Bool

// keyringThere reports whether there can be one. Without a session bus the library would start one.
var keyringThere = func() bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

func keyringUser(name, number string) string { return name + "@" + number }

// fromKeyring finds a secret of a number; "" when there is none, or no keyring.
func fromKeyring(name, number string) string {
	if number == "" {
		return ""
	}
	s, _ := askKeyring(func() (string, error) { return keyring.Get(keyringService, keyringUser(name, number)) })
	return strings.TrimSpace(s)
}

// toKeyring keeps a secret of a number.
func toKeyring(name, number, value string) error {
	_, err := askKeyring(func() (string, error) { return "", keyring.Set(keyringService, keyringUser(name, number), value) })
	return err
}

// askKeyring calls it within its time. A call that takes longer ends with the process: it cannot be broken off.
func askKeyring(call func() (string, error)) (string, error) {
	if keyringSilent.Load() {
		return "", errKeyringSlow
	}
	if !keyringThere() {
		return "", errors.New("there is no system keyring here")
	}
	type result struct {
		s   string
		err error
	}
	done := make(chan result, 1)
	go func() {
		s, err := call()
		done <- result{s, err}
	}()
	wait := time.NewTimer(keyringWithin)
	defer wait.Stop()
	select {
	case r := <-done:
		return r.s, r.err
	case <-wait.C:
		keyringSilent.Store(true)
		return "", errKeyringSlow
	}
}
