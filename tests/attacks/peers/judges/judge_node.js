// Judges tokens by a package of the npm registry, as an application of ours would set it up:
//   node judge_node.js jose|jsonwebtoken FOLDER_WITH_NODE_MODULES
// Tokens and verdicts are those of judge_pyjwt.py. Bytes over 127 become one character each, as in Node's headers.
'use strict';
const {createSecretKey} = require('crypto');
const {createRequire} = require('module');

const [name, folder] = process.argv.slice(2);
const library = createRequire(folder + '/package.json')(name);
const secret = createSecretKey(Buffer.from('0123456789abcdef0123456789abcdef'));
const now = 1700000100;

const verify = {
  jose: (token) =>
    library.jwtVerify(token, secret, {
      algorithms: ['HS256'],
      issuer: 'https://auth.example',
      audience: 'events',
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now * 1000),
    }),
  jsonwebtoken: async (token) =>
    library.verify(token, secret, {
      algorithms: ['HS256'],
      issuer: 'https://auth.example',
      audience: 'events',
      clockTimestamp: now,
    }),
}[name];

async function judge(line) {
  try {
    await verify(Buffer.from(line, 'hex').toString('latin1'));
    return '+';
  } catch (why) {
    return `- ${why.code || why.name}`;
  }
}

(async () => {
  const tokens = require('fs').readFileSync(0, 'latin1').split('\n');
  tokens.pop();
  const verdicts = [];
  for (const line of tokens) verdicts.push(await judge(line));
  process.stdout.write(verdicts.map((verdict) => verdict + '\n').join(''));
})();
