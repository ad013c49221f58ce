import { configureGlobal } from 'fast-check'

/** All properties of a run draw from one seed; CARELOOP_TEST_SEED chooses another. */
configureGlobal({ seed: Number(process.env.CARELOOP_TEST_SEED ?? 20_261_120) })
