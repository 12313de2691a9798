package main

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"
)

// commands is the whole command line. Each flag can be given by the environment as well: --public-url is HEJIE_PUBLIC_URL.
type commands struct {
	Common
	Version kong.VersionFlag `help:"Print the version and end." env:"-"`

	Serve    serveCommand    `cmd:"" help:"Run the platform."`
	Demo     demoCommand     `cmd:"" help:"Run a platform full of invented people and cases, on this machine only."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database up to this program, or say where it stands."`
	User     userCommand     `cmd:"" help:"Add an administrator, set a new password."`
	Calendar calendarCommand `cmd:"" help:"Show, import or export the working days of a year."`
	Backup   backupCommand   `cmd:"" help:"Copy the installation into a new folder, also while it runs."`
	Restore  restoreCommand  `cmd:"" help:"Make an installation from a backup."`
	Verify   verifyCommand   `cmd:"" help:"Walk every hash chain of the log, and read the evidence when asked."`
	Doctor   doctorCommand   `cmd:"" help:"Check the installation and say what to do."`
}

// Common are the flags of all commands.
type Common struct {
	Data      string      `help:"Folder of the installation: hejie.db, hejie.secret, evidence. Default ${default}." default:"data" type:"path" placeholder:"DIR"`
	Database  databaseURL `help:"Database on a PostgreSQL server instead of hejie.db in the folder; several replicas may share it." placeholder:"URL"`
	LogLevel  string      `help:"Least level that is logged: ${enum}." enum:"debug,info,warn,error" default:"info"`
	LogFormat string      `help:"Form of the log: ${enum}; auto is text on a terminal, else json." enum:"auto,text,json" default:"auto"`
}

// databaseURL names a database on a PostgreSQL server. It may hold a password.
type databaseURL string

// UnmarshalText refuses what is no URL of PostgreSQL.
func (s *databaseURL) UnmarshalText(b []byte) error {
	if v := string(b); !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") {
		return errors.New("a database is named like postgres://user@host/name")
	}
	*s = databaseURL(b)
	return nil
}

func (c Common) folder() folder { return folder{path: c.Data, server: string(c.Database)} }
