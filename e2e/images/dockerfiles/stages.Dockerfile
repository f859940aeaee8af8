ARG SOURCE=BASE
FROM ${SOURCE} AS build
RUN mkdir -p /out/empty && echo built > /out/file && ln -s file /out/link
FROM build AS more
RUN echo more > /out/more && rm /out/link
FROM BASE
COPY --from=build /out /from-build
COPY --from=more /out/ /from-more/
COPY --from=more /out/file /single
COPY --from=BASE /etc/passwd /passwd
