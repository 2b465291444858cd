# syntax=docker/dockerfile:1
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

# Holds Node and the bundle, nothing else of the project. Runs with a read-only root: only /data is written.
FROM node:24-slim
ENV NODE_ENV=production \
    APP_SQLITE_PATH=/data/documents.db
WORKDIR /app
COPY --from=build /build/dist/server ./
COPY configs ./configs
RUN install -d -o node -g node /data
VOLUME /data
USER node
EXPOSE 8080 9091
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9091/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Small heaps: most of what V8 would keep otherwise is garbage that it has no reason to collect yet.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=25", "http.js"]
