FROM BASE
RUN echo a > /f && touch -d '2021-02-03 04:05:06' /f
RUN echo b > /f && touch -d '2021-02-03 04:05:06' /f
RUN touch -d '2022-02-03 04:05:06' /bin/busybox
RUN true
