/** Version of the action, equal to that of package.json. The bundle has no package.json. */
export const actionVersion = '0.1.0';
