import * as models from '@kubernetes/client-node';
import { ApiFailure } from './failure.ts';

interface Attribute {
  readonly baseName: string;
  /** `string`, `V1Container`, `Array<string>`, `{ [key: string]: string; }` */
  readonly type: string;
  readonly format: string;
}

interface Model {
  getAttributeTypeMap(): readonly Attribute[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A field of the document, as the two decoders of the server name it. */
interface Place {
  /** `spec.containers[0].image` */
  readonly path: string;
  /** `Container.spec.containers.image` */
  readonly goPath: string;
}

/** True for a kind of the core group. */
export function isKind(name: string): boolean {
  return modelExists(`V1${name}`);
}

/**
 * Decodes a pod as `fieldValidation=Strict` does, with the schema of the client library.
 * @returns the unknown fields that were accepted.
 * @throws ApiFailure with the server's text for unknown fields (if `strict`) and wrong types.
 */
export function checkPodFields(value: unknown, strict: boolean): readonly string[] {
  const unknown: string[] = [];
  visitModel('V1Pod', value, { path: '', goPath: '' }, unknown);
  if (strict && unknown.length > 0) {
    const errors = unknown.map((path) => `unknown field "${path}"`).join(', ');
    throw refused(`strict decoding error: ${errors}`);
  }
  return unknown;
}

function visitModel(name: string, value: unknown, place: Place, unknown: string[]): void {
  if (value === null || value === undefined) return;
  if (!isFields(value)) throw mismatch(value, place, `v1.${goName(name)}`);
  const attributes = new Map(modelOf(name).map((attribute) => [attribute.baseName, attribute]));
  for (const [key, member] of Object.entries(value)) {
    const path = place.path === '' ? key : `${place.path}.${key}`;
    const attribute = attributes.get(key);
    if (attribute === undefined) {
      unknown.push(path);
      continue;
    }
    const jsonPath = path.replaceAll(/\[\d+\]/g, '');
    visit(attribute, member, { path, goPath: `${goName(name)}.${jsonPath}` }, unknown);
  }
}

function visit(attribute: Attribute, value: unknown, place: Place, unknown: string[]): void {
  if (value === null || value === undefined) return;
  const { type, format } = attribute;
  const element = /^Array<(.+)>$/.exec(type)?.[1];
  if (element !== undefined) {
    if (!Array.isArray(value)) throw mismatch(value, place, `[]${goType(element, format)}`);
    for (const [index, member] of value.entries())
      visit({ ...attribute, type: element }, member, atIndex(place, index), unknown);
    return;
  }
  const member = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (member !== undefined) {
    if (!isFields(value)) throw mismatch(value, place, `map[string]${goType(member, format)}`);
    for (const [key, entry] of Object.entries(value)) {
      // Quantities are texts in the library; the server also accepts numbers.
      if (isQuantities(attribute) && typeof entry === 'number') continue;
      const inner = { ...place, path: `${place.path}.${key}` };
      visit({ ...attribute, type: member }, entry, inner, unknown);
    }
    return;
  }
  if (modelExists(type)) visitModel(type, value, place, unknown);
  else if (type === 'string' || type === 'number' || type === 'boolean') {
    if (typeof value !== type) throw mismatch(value, place, goType(type, format));
  }
}

function isQuantities({ baseName }: Attribute): boolean {
  return ['limits', 'requests', 'overhead'].includes(baseName);
}

function atIndex(place: Place, index: number): Place {
  return { ...place, path: `${place.path}[${index}]` };
}

function modelOf(name: string): readonly Attribute[] {
  const model = lookUp(name);
  if (model === undefined) throw new Error(`the client library has no ${name}`);
  return model.getAttributeTypeMap();
}

function modelExists(name: string): boolean {
  return lookUp(name) !== undefined;
}

function lookUp(name: string): Model | undefined {
  const value: unknown = (models as Fields)[name];
  return isModel(value) ? value : undefined;
}

function isModel(value: unknown): value is Model {
  return typeof value === 'function' && 'getAttributeTypeMap' in value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function goName(model: string): string {
  return model.replace(/^V\d+/, '');
}

function goType(type: string, format: string): string {
  if (type === 'boolean') return 'bool';
  if (type === 'number') return format === '' ? 'float64' : format;
  return type === 'string' ? 'string' : `v1.${goName(type)}`;
}

function mismatch(value: unknown, { goPath }: Place, type: string): ApiFailure {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const where = goPath === '' ? 'Go value' : `Go struct field ${goPath}`;
  return refused(`json: cannot unmarshal ${found} into ${where} of type ${type}`);
}

function refused(why: string): ApiFailure {
  return new ApiFailure(400, `Pod in version "v1" cannot be handled as a Pod: ${why}`);
}
