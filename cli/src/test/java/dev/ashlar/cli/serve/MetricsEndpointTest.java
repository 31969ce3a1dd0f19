package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsEndpointTest {
    private MetricsEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = MetricsEndpoint.start(
                new HostPort("127.0.0.1", 0), "text/x-metrics; version=1", out -> out.append("a_total 7\n# EOF\n"));
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    private HttpURLConnection request(String method, String path) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + endpoint.address().getPort() + path);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod(method);
        return connection;
    }

    @Test
    void tellsTheMetrics() throws IOException {
        HttpURLConnection connection = request("GET", "/metrics?ignored");
        assertThat(connection.getResponseCode()).isEqualTo(200);
        assertThat(connection.getContentType()).isEqualTo("text/x-metrics; version=1");
        assertThat(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("a_total 7\n# EOF\n");
    }

    @Test
    void answersNothingElse() throws IOException {
        assertThat(request("GET", "/").getResponseCode()).isEqualTo(404);
        assertThat(request("GET", "/metrics/x").getResponseCode()).isEqualTo(404);
        assertThat(request("HEAD", "/metrics").getResponseCode()).isEqualTo(405);
        HttpURLConnection post = request("POST", "/metrics");
        assertThat(post.getResponseCode()).isEqualTo(405);
        assertThat(post.getHeaderField("Allow")).isEqualTo("GET");
    }

    @Test
    void namesAnAddressThatIsTaken() {
        HostPort taken = new HostPort("127.0.0.1", endpoint.address().getPort());
        assertThatThrownBy(() -> MetricsEndpoint.start(taken, "x", _ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot tell metrics at 127.0.0.1:" + taken.port());
    }
}
