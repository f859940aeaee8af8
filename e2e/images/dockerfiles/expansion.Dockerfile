FROM BASE
ARG SET=value
ARG DIR=/x
ENV ONE=${SET:-default} TWO=${UNSET:-default} THREE=${SET:+other} FOUR=${UNSET:+other} FIVE=\$SET
WORKDIR ${DIR}/$SET
COPY k.txt ${DIR}/${SET}.txt
LABEL expanded="$SET ${UNSET}" single='$SET'
EXPOSE ${UNSET:-8080}
VOLUME ${DIR}/volume
STOPSIGNAL ${UNSET:-SIGINT}
CMD echo $SET
