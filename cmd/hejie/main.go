// Hejie (和解) is pre-complaint settlement of consumer disputes: one program that serves browsers and API, keeps its data in one
// folder, and looks after it. `hejie --help` tells its commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"hejie/negotiation"
	server "hejie/server/http"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// console is where a command talks with the operator: results on out, the log on err.
type console struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

func (c console) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(c.out, format, args...)
	return err
}

// count says how many there are of what has a regular plural.
func count[N int | int64](n N, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitMisused = 2
)

// helped ends parsing after the help or the version was printed.
type helped struct{ code int }

// run is the program but for signals and the end of the process.
func run(ctx context.Context, args []string, c console) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case helped:
			code = r.code
		default:
			panic(r)
		}
	}()
	var line commands
	parser, err := kong.New(&line, kong.Name("hejie"), kong.Description("Pre-complaint settlement of consumer disputes (先行和解)."),
		kong.DefaultEnvars(strings.TrimSuffix(prefix, "_")), kong.Writers(c.out, c.err), kong.Vars{"version": version()},
		kong.Exit(func(code int) { panic(helped{code}) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(c.err, "hejie:", err)
		return exitMisused
	}
	k, err := parser.Parse(args)
	if err == nil {
		err = checkEnvironment(parser.Model, os.Environ())
	}
	if err != nil {
		fmt.Fprintf(c.err, "hejie: %v\nTry \"hejie --help\".\n", err)
		return exitMisused
	}
	k.BindTo(ctx, (*context.Context)(nil))
	switch err := k.Run(c, line.Common); {
	case err == nil:
		return exitOK
	case !errors.Is(err, context.Canceled):
		fmt.Fprintln(c.err, "hejie:", inWords(err))
		return exitFailed
	case k.Selected().Name == "serve" || k.Selected().Name == "demo": // still starting, and asked to end
		return exitOK
	}
	fmt.Fprintf(c.err, "hejie: interrupted: %s was not done\n", k.Command())
	return exitFailed
}

// inWords is an error as the operator reads it. One of the rules says what to do about it; of a fault its cause says more.
func inWords(err error) string {
	e, ok := errors.AsType[*negotiation.Error](err)
	if !ok || e.Code == negotiation.CodeInternal || e.Code == negotiation.CodeUnavailable {
		return err.Error()
	}
	return strings.Replace(err.Error(), e.Error(), server.Said(e), 1)
}

// version of the program as the module system knows it; "(devel)" when built from changed files.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
