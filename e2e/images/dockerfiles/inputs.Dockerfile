ARG TAG=1
FROM BASE AS wanted
ARG ONE=default
ARG TWO
LABEL version=dockerfile kept=yes
RUN echo "$ONE|$TWO|$UNDECLARED" > /values
FROM wanted AS other
RUN exit 1
