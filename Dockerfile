# syntax=docker/dockerfile:1

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src

# What decides the packages comes first: as long as none of it changes, the restore below comes from the cache.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/Gateway.Core/Gateway.Core.csproj src/Gateway.Core/
COPY src/Gateway.Simulator/Gateway.Simulator.csproj src/Gateway.Simulator/
COPY src/Gateway/Gateway.csproj src/Gateway/
RUN dotnet restore src/Gateway/Gateway.csproj

COPY src/ src/
RUN dotnet publish src/Gateway/Gateway.csproj --no-restore --configuration Release --output /app -p:RunAnalyzers=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./

# 1654 is the user "app" of the base image. A volume that is mounted at /data for the first time takes its owner from here.
RUN ln -s /app/Gateway /usr/local/bin/gateway && mkdir /data && chown 1654:1654 /data

# The runtime's diagnostics would want a writable /tmp.
ENV ASPNETCORE_URLS=http://+:8080 \
    ASPNETCORE_ENVIRONMENT=Production \
    Gateway__DataDirectory=/data \
    DOTNET_EnableDiagnostics=0

USER 1654:1654
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["gateway", "health"]
ENTRYPOINT ["gateway"]
