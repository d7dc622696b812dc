module limen.example/cgo

go 1.19

require limen.example/protocol v0.0.0

replace limen.example/protocol => ../go_protocol
