// Command seed makes what a load needs before the real binary starts: an enterprise in the scheme, and rooms of two signed-in
// parties each, all through the use cases. It writes the installation, rooms.json for loadgen and limits.json for the server.
//
//	seed -dir DIR -rooms 1000 [-age 12] [-record 1000000 -firms 400]
//
// With -record there is a long record beside the rooms, and record.json says who may look at it.
package main

import (
	"context"
	"errors"
	"flag"
	"log"

	"hejie/e2e/seed"
)

func main() {
	dir := flag.String("dir", "", "data folder of the server")
	rooms := flag.Int("rooms", 1000, "rooms of two")
	age := flag.Int("age", 0, "working days ago that the cases were filed; more than 10: all their deadlines are due")
	record := flag.Int("record", 0, "cases of other parties, in every state")
	firms := flag.Int("firms", 400, "enterprises of the record")
	flag.Parse()
	if err := run(context.Background(), *dir, *rooms, *age, *record, *firms); err != nil {
		log.Fatal("seed: ", err)
	}
}

func run(ctx context.Context, dir string, rooms, age, record, firms int) (err error) {
	o := seed.Unlimited()
	o.Age = age
	s, err := seed.Open(dir, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var enterprise string
	if record > 0 {
		r, err := s.Record(ctx, firms, record)
		if err != nil {
			return err
		}
		if err := s.WriteJSON("record.json", r); err != nil {
			return err
		}
		enterprise = r.Enterprise
	} else if enterprise, err = s.Enterprise(ctx); err != nil {
		return err
	}
	made, err := s.Rooms(ctx, enterprise, rooms)
	if err != nil {
		return err
	}
	if err := s.WriteJSON("limits.json", o.Limits); err != nil {
		return err
	}
	return s.WriteJSON("rooms.json", made)
}
