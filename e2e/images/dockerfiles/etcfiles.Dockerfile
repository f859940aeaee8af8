FROM BASE
RUN echo '1.2.3.4 name' >> /etc/hosts
