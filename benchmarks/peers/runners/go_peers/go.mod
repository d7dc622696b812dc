module limen.example/peers

go 1.19

require (
	github.com/disintegration/imaging v1.6.2
	limen.example/protocol v0.0.0
)

require golang.org/x/image v0.0.0-20191009234506-e7c1f5e7dbb8 // indirect

replace limen.example/protocol => ../go_protocol
