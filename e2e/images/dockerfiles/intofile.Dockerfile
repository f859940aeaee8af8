FROM BASE
RUN echo x > /file
COPY a /file
