// Command frontdesk is a terminal inbox for one WhatsApp number that is used on the phone and over the Cloud API at once.
package main

import (
	"os"

	"frontdesk/ui/cli"
)

func main() { os.Exit(cli.Main()) }
