// Command bare answers every request with the bytes of a file, by net/http alone: the yardstick for what middleware costs.
//
//	bare -addr 127.0.0.1:18081 -file body.json
package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:18081", "address")
	file := flag.String("file", "", "body of every answer")
	flag.Parse()
	body, err := os.ReadFile(*file)
	if err != nil {
		log.Fatal("bare: ", err)
	}
	s := &http.Server{Addr: *addr, ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write(body); err != nil {
			log.Print("bare: ", err)
		}
	})}
	log.Fatal("bare: ", s.ListenAndServe())
}
