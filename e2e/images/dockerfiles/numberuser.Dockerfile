FROM BASE
USER 1234
RUN id > /tmp/id && env | grep -E '^(HOME|USER|PATH)=' > /tmp/env
USER 1234:33
RUN id > /tmp/with-group
