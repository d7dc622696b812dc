module limen.example/peer

go 1.19

require github.com/limen-image/limen/bindings/go v0.0.0

replace github.com/limen-image/limen/bindings/go => ../../../../bindings/go
