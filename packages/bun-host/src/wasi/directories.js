export const directories = (filesystem, wanted) => filesystem.createFilesystem({ adapter: {}, preopens: {} });
