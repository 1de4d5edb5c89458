package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/cloudapi"
)

// hidden stands for what the log must not show.
const hidden = "•••"

// secretSource says where a secret was found, for doctor and the log.
type secretSource string

const fromTheKeyring secretSource = "system keyring"

// foundSecret is a secret, or why there is none.
type foundSecret struct {
	secret cloudapi.Secret
	source secretSource // "" when it was found nowhere
	err    error
}

// findSecret looks a secret of a number up in the order of network.md 4.2: systemd credential, file, keyring, environment,
// configuration. The environment comes late because child processes and crash reports inherit it.
func findSecret(name, file, env, inConfig, number string) (cloudapi.Secret, secretSource, error) {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			return cloudapi.NewSecret(strings.TrimSpace(string(b))), "systemd credential", nil
		}
	}
	if file != "" {
		s, err := readSecretFile(file)
		return s, "file", err
	}
	if v := fromKeyring(name, number); v != "" {
		return cloudapi.NewSecret(v), fromTheKeyring, nil
	}
	if v := os.Getenv(env); v != "" {
		return cloudapi.NewSecret(v), "environment", nil
	}
	if inConfig != "" {
		return cloudapi.NewSecret(inConfig), "configuration", nil
	}
	return cloudapi.Secret{}, "", nil
}

// readSecretFile refuses a file that others can read: the secret in it is one no longer.
func readSecretFile(file string) (cloudapi.Secret, error) {
	info, err := os.Stat(file)
	if err != nil {
		return cloudapi.Secret{}, fmt.Errorf("secret file %s: %w; write the secret there with mode 0600", file, rootCause(err))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return cloudapi.Secret{}, fmt.Errorf("secret file %s can be read by others (mode %04o); run: chmod 600 %s", file, info.Mode().Perm(), file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return cloudapi.Secret{}, fmt.Errorf("secret file %s: %w", file, rootCause(err))
	}
	s := strings.TrimSpace(string(b))
	if s == "" {
		return cloudapi.Secret{}, fmt.Errorf("secret file %s is empty; write the secret there", file)
	}
	return cloudapi.NewSecret(s), nil
}
