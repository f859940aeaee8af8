FROM BASE AS s
ONBUILD ENV TRIGGERED=yes
ONBUILD COPY k.txt /triggered/
ONBUILD RUN echo "$TRIGGERED" > /triggered/run
FROM s
RUN ls /triggered > /seen
