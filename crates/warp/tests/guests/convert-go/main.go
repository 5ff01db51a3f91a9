// Each argument asks for something of the standard library; what came of it is
// printed as `works`, or as the error.
package main

import (
	"fmt"
	"net"
	"os"
	"os/user"
	"plugin"
	"syscall"
)

func main() {
	for _, name := range os.Args[1:] {
		fmt.Println(name+":", said(asked(name)))
	}
}

func said(err error) string {
	if err == nil {
		return "works"
	}
	return err.Error()
}

func asked(name string) error {
	var err error
	switch name {
	case "process":
		_, err = os.StartProcess("/bin/true", nil, &os.ProcAttr{})
	case "pipe":
		_, _, err = os.Pipe()
	case "plugin":
		_, err = plugin.Open("/lib.so")
	case "hostname":
		_, err = os.Hostname()
	case "user":
		_, err = user.Current()
	case "interfaces":
		_, err = net.Interfaces()
	case "chmod":
		err = os.Chmod("/", 0o755)
	case "executable":
		_, err = os.Executable()
	case "getwd":
		_, err = os.Getwd()
	case "kill":
		err = syscall.Kill(1, syscall.SIGTERM)
	default:
		err = fmt.Errorf("unknown")
	}
	return err
}
