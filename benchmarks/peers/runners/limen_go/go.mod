module limen.example/peer

go 1.19

require (
	github.com/limen-image/limen/bindings/go v0.0.0
	limen.example/protocol v0.0.0
)

replace github.com/limen-image/limen/bindings/go => ../../../../bindings/go

replace limen.example/protocol => ../go_protocol
