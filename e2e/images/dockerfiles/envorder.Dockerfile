FROM BASE
ENV NAME=env
ARG NAME=later
RUN echo "$NAME" > /later
