FROM BASE AS build
RUN mkdir -p /out/dir && echo built > /out/file && ln -s file /out/link && chown -Rh node:adm /out && chmod 750 /out
FROM BASE
COPY --from=build /out /new
COPY --from=build /out/ /existing/deep/
COPY --from=build /out/file /file
