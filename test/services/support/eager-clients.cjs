// Opens connections that each send one request, `node eager-clients.cjs PORT COUNT PATH`, when a line comes on standard input.
// Says how many were answered, were refused before they could send, and were lost after they had.
const { connect } = require('node:net');

const [port, count, path] = process.argv.slice(2);
process.stdin.once('data', async () => {
  const ends = { answered: 0, refused: 0, lost: 0 };
  const client = () =>
    new Promise((end) => {
      const socket = connect(Number(port), '127.0.0.1');
      let [connected, answer] = [false, ''];
      socket.once('connect', () => {
        connected = true;
        socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
      });
      socket.on('data', (data) => (answer += data)).on('error', () => undefined);
      socket.once('close', () => {
        ends[answer.startsWith('HTTP/1.1 200') ? 'answered' : connected ? 'lost' : 'refused']++;
        end();
      });
    });
  await Promise.all(Array.from({ length: Number(count) }, client));
  process.stdout.write(`${JSON.stringify(ends)}\n`);
  process.exit(0);
});
process.stdout.write('ready\n');
