module kube-build-push/oracle

go 1.25.0

require (
	github.com/moby/patternmatcher v0.6.1
	golang.org/x/net v0.57.0
)

require golang.org/x/text v0.40.0 // indirect
