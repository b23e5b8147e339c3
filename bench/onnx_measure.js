// SPDX-License-Identifier: MIT
// One measurement of ONNX Runtime in a process of its own, one JSON line; compare_torch.py calls it:
//   node onnx_measure.js NODE_MODULES FILE.onnx BATCH THREADS SECONDS
// FILE.onnx.x and FILE.onnx.y hold four images and PyTorch's output for them: the answer is checked first.
const fs = require('fs');
const [, , modules, file, batch, threads, seconds] = process.argv;
const ort = require(require.resolve('onnxruntime-node', { paths: [modules] }));

function cpuMilliseconds() {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e3;
}
// One thread: CPU time, so that other programs on the machine do not count.
const clock = +threads === 1 ? cpuMilliseconds : () => performance.now();

function floats(name) {
  const bytes = fs.readFileSync(name);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

async function main() {
  const options = {
    intraOpNumThreads: +threads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
  };
  const session = await ort.InferenceSession.create(file, options);
  const images = floats(file + '.x'), expected = floats(file + '.y');
  const size = Math.sqrt(images.length / (4 * 3));
  const tensor = (data, n) => new ort.Tensor('float32', data, [n, 3, size, size]);
  const found = (await session.run({ x: tensor(images, 4) })).y.data;
  let error = 0, largest = 0;
  expected.forEach((y, i) => {
    error = Math.max(error, Math.abs(found[i] - y));
    largest = Math.max(largest, Math.abs(y));
  });
  if (!(error <= 1e-3 * largest)) throw new Error(`output differs from PyTorch's by ${error} of ${largest}`);

  const data = new Float32Array(+batch * 3 * size * size).map((_, i) => images[i % images.length]);
  const input = { x: tensor(data, +batch) };
  for (let i = 0; i < 5; ++i) await session.run(input);
  const times = [];
  for (const end = clock() + seconds * 1e3; clock() < end || times.length < 5;) {
    const start = clock();
    await session.run(input);
    times.push(clock() - start);
  }
  times.sort((a, b) => a - b);
  const ms = times[times.length >> 1];
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ images_per_s: 1e3 * batch / ms, ms, peak_rss_mb: megabytes }));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
