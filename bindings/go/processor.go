// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"context"
	"os"
	"runtime"
	"sync"
)

// Limits is what one call may take at the most. They are checked from headers, before memory is taken
// or a pixel is decoded. A field of 0 has the default named beside it.
type Limits struct {
	InputBytes    uint64 // 64,000,000 bytes of one input
	Side          uint64 // 65,535 pixels, each side of a frame
	Pixels        uint64 // 50,000,000 pixels of one frame
	WorkingMemory uint64 // 1,000,000,000 bytes held at one time
	Scans         uint64 // 100, of a progressive JPEG
	Frames        uint64 // 1,000, of an animation
	MetadataBytes uint64 // 4,000,000 bytes of ICC, EXIF, XMP and text together
}

// Options are a Processor's, for all of its calls. The zero value has the defaults.
type Options struct {
	Limits Limits
	// Concurrency is how many calls work at a time; others wait for their turn, or for the end of their
	// context. 0: runtime.GOMAXPROCS.
	Concurrency int
	// Threads is how many one call may use for different variants. 0: 1, the caller's.
	Threads int
	// BestEffort takes from a damaged file what can be read of it; Output.Damage then says what was
	// wrong.
	BestEffort bool
}

// Processor does limen's work with options of its own. It keeps working memory from one call to the
// next, of as many calls as have been at work at a time. Its methods may be used by many goroutines at
// once. A Processor that is no longer referred to is cleared away by the garbage collector; Close does
// so at once.
type Processor struct {
	limits     C.limen_limits
	threads    C.uint32_t
	bestEffort bool
	turns      chan struct{} // holds one for each call at work
	closed     chan struct{}
	closing    sync.Once
	mutex      sync.Mutex
	idle       []*worker // the last that has worked is the first to work again: its memory is warm
}

// New makes a Processor.
func New(options Options) *Processor {
	p := &Processor{bestEffort: options.BestEffort, threads: 1, closed: make(chan struct{})}
	C.limen_limits_init(&p.limits, C.sizeof_limen_limits)
	for _, limit := range []struct {
		field *C.uint64_t
		value uint64
	}{
		{&p.limits.input_bytes, options.Limits.InputBytes},
		{&p.limits.side, options.Limits.Side},
		{&p.limits.pixels, options.Limits.Pixels},
		{&p.limits.working_memory, options.Limits.WorkingMemory},
		{&p.limits.scans, options.Limits.Scans},
		{&p.limits.frames, options.Limits.Frames},
		{&p.limits.metadata_bytes, options.Limits.MetadataBytes},
	} {
		if limit.value != 0 {
			*limit.field = C.uint64_t(limit.value)
		}
	}
	if options.Threads > 1 {
		p.threads = C.uint32_t(options.Threads)
	}
	concurrency := options.Concurrency
	if concurrency <= 0 {
		concurrency = runtime.GOMAXPROCS(0)
	}
	p.turns = make(chan struct{}, concurrency)
	return p
}

// Close gives working memory back to the system. Calls at work end as they would have, later ones end
// with an error that is os.ErrClosed. Closing again does nothing. The error is always nil.
func (p *Processor) Close() error {
	p.closing.Do(func() { close(p.closed) })
	p.mutex.Lock()
	idle := p.idle
	p.idle = nil
	p.mutex.Unlock()
	for _, w := range idle {
		w.free()
	}
	return nil
}

func (p *Processor) takeWorker() (*worker, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return newWorker(uint64(p.limits.working_memory))
	}
	w := p.idle[last]
	p.idle[last] = nil
	p.idle = p.idle[:last]
	return w, nil
}

func (p *Processor) giveBack(w *worker) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.isClosed() { // what Close has not seen
		w.free()
		return
	}
	p.idle = append(p.idle, w)
}

func (p *Processor) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

func closedError() *Error {
	return &Error{Code: ErrInvalidArgument, Message: "the Processor is closed", Err: os.ErrClosed}
}

// ready is what every call asks first.
func (p *Processor) ready(ctx context.Context) error {
	if p == nil || p.turns == nil {
		return invalidArgument("a Processor that New has not made")
	}
	if ctx == nil {
		return invalidArgument("the context is nil")
	}
	if p.isClosed() {
		return closedError()
	}
	if ctx.Err() != nil {
		return contextEnded(ctx)
	}
	return checkABI()
}

// work calls limen with a workspace and a cancel token that follows ctx, when its turn has come.
func (p *Processor) work(ctx context.Context,
	call func(run C.limen_go_run, failure **C.limen_error) C.limen_status,
) error {
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return contextEnded(ctx)
	case <-p.closed:
		return closedError()
	}
	defer func() { <-p.turns }()
	if ctx.Err() != nil { // select picks at random where both are ready
		return contextEnded(ctx)
	}

	w, err := p.takeWorker()
	if err != nil {
		return err
	}
	defer p.giveBack(w)

	stop := w.follow(ctx)
	var failure *C.limen_error
	status := call(C.limen_go_run{workspace: w.workspace, cancel: w.cancel, threads: p.threads}, &failure)
	stop()
	runtime.KeepAlive(w)

	err = errorOf(status, failure)
	if status == C.LIMEN_CANCELLED {
		err.(*Error).Err = ctx.Err()
	}
	return err
}

// worker is what one call at a time works with.
type worker struct {
	workspace *C.limen_workspace
	cancel    *C.limen_cancel_token
}

func newWorker(limit uint64) (*worker, error) {
	w := &worker{
		workspace: C.limen_workspace_create(C.uint64_t(limit), nil),
		cancel:    C.limen_cancel_token_create(),
	}
	if w.workspace == nil || w.cancel == nil {
		w.free()
		return nil, outOfMemory()
	}
	runtime.SetFinalizer(w, (*worker).free)
	liveWorkers.add(1)
	return w, nil
}

func (w *worker) free() {
	if w.workspace != nil && w.cancel != nil {
		liveWorkers.add(-1)
	}
	C.limen_workspace_free(w.workspace)
	C.limen_cancel_token_free(w.cancel)
	w.workspace, w.cancel = nil, nil
	runtime.SetFinalizer(w, nil)
}

// follow sets the cancel token when ctx ends, until stop is called.
func (w *worker) follow(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	ended := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-ctx.Done():
			C.limen_cancel_token_cancel(w.cancel)
		case <-ended:
		}
	}()
	return func() {
		close(ended)
		<-done // the token is the next call's from here on
		C.limen_cancel_token_reset(w.cancel)
	}
}

var (
	standardOnce sync.Once
	standardOne  *Processor
)

// standard is the Processor of the package's functions.
func standard() *Processor {
	standardOnce.Do(func() { standardOne = New(Options{}) })
	return standardOne
}
