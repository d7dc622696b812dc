// SPDX-License-Identifier: Apache-2.0

// Package protocol is the runner's end of ../../runner.py's protocol, for peers that are called from Go.
package protocol

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Job is what a runner prepares for.
type Job struct {
	Sources  []string
	Variants []Variant
	Mark     *struct {
		Path      string
		Left, Top int
	}
	Settings struct {
		Effort, Method int
		Progressive    bool
		Shrink         string
		Append         bool // to a buffer, where limen is asked
		Heap           int  // megabytes that the program holds beside its work
	}
}

// Variant is one file that is wanted.
type Variant struct {
	Width, Height int // a height of 0 follows
	Format        string
	Quality       int
}

// Unsupported is the error of a peer that cannot do a job.
type Unsupported string

func (u Unsupported) Error() string { return string(u) }

// Peer is what a runner makes and hands to Serve.
type Peer interface {
	Describe() (name, version, details string)
	Prepare(job Job) error
	// Files makes one file a variant: what is timed.
	Files(source []byte) ([][]byte, error)
	// Pixels makes the same variants' pixels before encoding, as PNG files; none where the peer is a
	// binding of limen, whose files limen's own are compared with.
	Pixels(source []byte) ([][]byte, error)
}

type request struct {
	Do       string
	Job      Job
	Passes   int
	InFlight int `json:"in_flight"`
	Folder   string
}

type server struct {
	peer    Peer
	sources [][]byte
}

func (s *server) prepare(job Job) error {
	s.sources = nil
	for _, path := range job.Sources {
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s.sources = append(s.sources, file)
	}
	return s.peer.Prepare(job)
}

// processorTime is the process's, all its threads together.
func processorTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// run makes the files of all sources, as many at a time as are to be kept in flight.
func (s *server) run(passes, inFlight int) (any, error) {
	begin, cpu := time.Now(), processorTime()
	if inFlight < 1 {
		inFlight = 1
	}
	var first error
	if inFlight == 1 {
		for i := 0; i < passes*len(s.sources) && first == nil; i++ {
			_, first = s.peer.Files(s.sources[i%len(s.sources)])
		}
	} else {
		first = s.runSeveral(passes*len(s.sources), inFlight)
	}
	if first != nil {
		return nil, first
	}
	return map[string]float64{"cpu": processorTime() - cpu, "wall": time.Since(begin).Seconds()}, nil
}

func (s *server) runSeveral(count, inFlight int) error {
	next := make(chan []byte)
	failures := make(chan error, count)
	var group sync.WaitGroup
	for i := 0; i < inFlight; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for source := range next {
				if _, err := s.peer.Files(source); err != nil {
					failures <- err
				}
			}
		}()
	}
	for i := 0; i < count; i++ {
		next <- s.sources[i%len(s.sources)]
	}
	close(next)
	group.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

func (s *server) save(folder string) (any, error) {
	files, pixels := [][]string{}, [][]string{}
	for index, source := range s.sources {
		for _, kind := range []struct {
			make   func([]byte) ([][]byte, error)
			suffix string
			into   *[][]string
		}{{s.peer.Files, "file", &files}, {s.peer.Pixels, "png", &pixels}} {
			made, err := kind.make(source)
			if err != nil {
				return nil, err
			}
			paths := []string{}
			for variant, content := range made {
				path := fmt.Sprintf("%s/%d-%d.%s", folder, index, variant, kind.suffix)
				if err := os.WriteFile(path, content, 0o644); err != nil {
					return nil, err
				}
				paths = append(paths, path)
			}
			*kind.into = append(*kind.into, paths)
		}
	}
	return map[string]any{"files": files, "pixels": pixels}, nil
}

func (s *server) answer(line []byte) (any, error) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	switch asked.Do {
	case "describe":
		name, version, details := s.peer.Describe()
		return map[string]any{"name": name, "version": version, "details": details, "threads": false}, nil
	case "prepare":
		return struct{}{}, s.prepare(asked.Job)
	case "run":
		return s.run(asked.Passes, asked.InFlight)
	case "save":
		return s.save(asked.Folder)
	}
	return nil, fmt.Errorf("unknown request %s", asked.Do)
}

// Serve answers until there are no more requests.
func Serve(peer Peer) {
	lines, answers := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	lines.Buffer(nil, 1<<24)
	s := server{peer: peer}
	for lines.Scan() {
		answer, err := s.answer(lines.Bytes())
		if unsupported, ok := err.(Unsupported); ok {
			answer = map[string]string{"unsupported": string(unsupported)}
		} else if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		if err := answers.Encode(answer); err != nil {
			return
		}
	}
}
