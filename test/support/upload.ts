import {
  actOnImport,
  getImport,
  type ImportDetail,
  type ImportKind,
  listImportErrors,
} from '../../contract/import.ts'
import type { TestApp } from './app.ts'

/** Uploads tables as one user of one site. */
export function uploadsOf(app: TestApp, cookie: string, siteId: number) {
  const detail = async (id: number) => (await app.request(cookie, getImport, { params: { id } })).body
  const upload = async (file: string | Uint8Array, kind: ImportKind = 'persons') => {
    const query = new URLSearchParams({ kind, siteId: String(siteId), fileName: '名单.csv' })
    const answer = await app.app.request(`http://careloop.test/api/v1/imports?${query.toString()}`, {
      method: 'POST',
      body: typeof file === 'string' ? file : new Uint8Array(file),
      headers: {
        host: 'careloop.test',
        origin: 'http://careloop.test',
        cookie,
        'content-type': 'application/octet-stream',
      },
    })
    const body = (await answer.json()) as ImportDetail & { error?: { id: string; message: string } }
    return { status: answer.status, body }
  }
  const work = async (id: number, act: 'check' | 'run' | 'undo') => {
    await app.request(cookie, actOnImport, { params: { id, act } })
    await app.processAll()
    return detail(id)
  }
  return {
    upload,
    work,
    detail,
    imported: async (file: string | Uint8Array, kind: ImportKind = 'persons') =>
      work((await upload(file, kind)).body.id, 'run'),
    /** Row, field and problem of each refused row. */
    problemsOf: async (id: number) =>
      (await app.request(cookie, listImportErrors, { params: { id }, query: {} })).body.items.map((one) => [
        one.row,
        one.field,
        one.problem,
      ]),
  }
}
